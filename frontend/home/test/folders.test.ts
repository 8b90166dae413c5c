// Which way the folders of the pages' sources lean: each imports only from layers below its own.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const SRC = new URL("../src/", import.meta.url);
const LAYERS = [ // from the ground up; folders of one layer don't know each other
  ["api"],
  ["words"],
  ["kit"],
  ["approvers", "cases", "city", "enrollment", "household", "map", "masks"],
  ["clips", "files", "requests"],
  ["cameras", "shares"],
  ["review"],
  ["card", "own_clips"],
];
const FILES_MAX = 20; // of a folder: more are not seen at a glance
const IMPORTED = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

const list = (folder: string): string[] => readdirSync(new URL(folder, SRC)).filter((name) => name.endsWith(".ts"));
const folders = readdirSync(SRC).filter((name) => !name.includes("."));
const layerOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));

/** The folders that a folder's files import from; "" is the entry points'. What lies outside of the sources is none. */
function importedBy(folder: string): string[] {
  const files = list(`${folder}/`).map((name) => new URL(`${folder}/${name}`, SRC));
  const paths = files.flatMap((file) => [...new TextDecoder().decode(readFileSync(file)).matchAll(IMPORTED)].map(([, path]) => new URL(path!, file).href));
  const inside = paths.filter((path) => path.startsWith(SRC.href)).map((path) => path.slice(SRC.href.length).split("/"));
  return [...new Set(inside.map((parts) => (parts.length > 1 ? parts[0]! : "")))].filter((name) => name !== folder);
}

test("each folder has its layer, and imports only from layers below it", () => {
  expect(folders).toEqual(LAYERS.flat().sort());
  const back = folders.flatMap((folder) => importedBy(folder).filter((to) => to === "" || layerOf(to) >= layerOf(folder)).map((to) => `${folder} -> ${to || "an entry point"}`));
  expect(back).toEqual([]);
});

test("no folder has more files than are seen at a glance", () => {
  expect(folders.filter((folder) => list(`${folder}/`).length > FILES_MAX)).toEqual([]);
});
