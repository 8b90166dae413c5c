/** The scripts that run beside the officers' pages. */
import { workerUrls } from "./worker_urls";

/** The address of a worker, in the form that a page with Trusted Types takes. */
export const workerUrl = workerUrls(["/workers/clips.js", "/workers/checker.js"]);
