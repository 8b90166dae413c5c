/** What a page does not check about a share, and why, in words, so that nobody believes more than was proven. Pure. */
import type { Unchecked } from "./lines";
import type { Asked } from "./request_lines";
import type { Manifest } from "../manifest/manifest";

function ofRecording(manifest: Manifest): Unchecked[] {
  if (manifest.testCard) return [];
  const found: Unchecked[] = [
    { what: "The camera", why: "It does not sign its frames: nothing before the home’s recorder is proven. Its name and place are its owner’s word." },
    { what: "The clock", why: "The home measured it. Nobody else did." },
    { what: "The cut", why: "The digests of recorded files and of copied frames can be compared with the originals only, by an expert." },
  ];
  if (manifest.masks > 0) found.push({ what: "What is hidden", why: "It is not in the file. The originals have it." });
  if (manifest.sourcesKeptUntil !== null) found.push({ what: "The originals", why: "That they are kept is the owner’s promise." });
  return found;
}

function ofRequest(asked: Asked | null): Unchecked[] {
  if (asked?.state !== "proven") return [{ what: "Who asked", why: asked === null ? "This page gets the request without its signatures." : "See above." }];
  const { proven, home } = asked;
  const found: Unchecked[] = [
    { what: "Whether it was open", why: "The home checks that the request had not ended when its owner answered, and that it came once only. This page can’t." },
    { what: "Later changes", why: "The city’s lists are those of the time when the request was published. Whether a key was taken back since is not looked up." },
    { what: "The log as others see it", why: "The hub could tell homes and officers different things. That everybody is shown the same log is for witnesses to say." },
    { what: "The log’s other entries", why: "A day of receipts must be there once. A second entry for it is seen by whoever reads the whole log, not by this page." },
    { what: "Receipts", why: "Only the first one is looked up in the log. The others are shown as the hub keeps them. The owner has them signed." },
  ];
  if (proven.rootKnownSince === null) found.unshift({ what: "The city’s key", why: "This browser had not seen it before. Compare its words with those that the city publishes, once." });
  if (proven.record.signer.servedBy === "hub") found.push({ what: "The signing page", why: "The hub serves it itself, so an altered hub could have shown other words before the passkey." });
  if (home?.state === "enrolled") found.push({ what: "Which home it is", why: "The hub names the keys of homes and not whose they are." });
  return found;
}

/** Of an open share; `asked` is null where the page has no way to the request's signatures. */
export function uncheckedOf(manifest: Manifest, asked: Asked | null): Unchecked[] {
  return [
    ...ofRecording(manifest),
    ...(manifest.named ? [] : [{ what: "Which home it is", why: "The owner gave no name." }]),
    ...ofRequest(asked),
    { what: "The home’s software", why: "Its names and versions are the home’s word." },
    { what: "This page", why: "Its scripts came from the server. Saved, clip and manifest can be checked without it." },
  ];
}
