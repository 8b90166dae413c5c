// How people are called, so that nobody is taken for another.
import type { Candidate } from "../api/model";

/** Somebody by name and login: a name alone is no proof of who it is, for two people may have it. */
export const called = ({ name, login }: Candidate): string => (login === null ? name : `${name} (${login})`);
