// Builds the pages' scripts and styles into the hub (web: the officers' house, community: the residents'), and Home Assistant's page and card into the integration; `--check` builds
// beside them and fails where they differ. Each of the two has the licenses of the packages that are built in.
import { bundle as bundleStyle, transform } from "lightningcss";
import { createHash } from "node:crypto";
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const hub = join(here, "..", "hub");
// Officers' pages, what runs beside them, the signer, the page behind a link, what only a demo city serves;
// residents' pages, and the page on which they answer.
const FOLDERS = ["web/static", "web/workers", "web/signer", "web/passed", "web/demo", "community/static", "community/answer"];
const www = join(here, "..", "custom_components", "milton_share", "www");
const SHEET = "\0sheet:";
const NOTICES = "THIRD-PARTY-NOTICES.txt";
const PACKAGE = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//; // the folder of the package that a module is of

/** A style sheet of a shadow root as text: what the tokens say of the document's root is said of the host. */
const sheets = {
  name: "sheets",
  enforce: "pre",
  resolveId: (source, importer) => (source.endsWith(".css") ? `${SHEET}${resolve(dirname(importer), source)}.js` : null),
  async load(id) {
    if (!id.startsWith(SHEET)) return null;
    const filename = id.slice(SHEET.length, -".js".length);
    const { code } = transform({ filename, code: await readFile(filename), minify: true });
    return `export default ${JSON.stringify(code.toString().replaceAll(":root", ":host"))};`;
  },
};

/** Builds, and adds to `packages` the folders of the packages that are built in. */
async function bundle(packages, options) {
  const built = (await build({ root: here, configFile: false, logLevel: "warn", publicDir: false, ...options }))[0].output;
  for (const module of built.flatMap(({ moduleIds }) => moduleIds ?? [])) {
    const [, folder] = PACKAGE.exec(module.replace(/^\0+/, "")) ?? [];
    if (folder) packages.add(folder);
  }
  return built;
}

/** Writes each package's version and license text. A package without a text fails the build. */
async function notices(packages, outDir) {
  const parts = await Promise.all([...packages].map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
    if (files.length === 0) throw new Error(`${name} is built in, and brings no license text`);
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    return `${name} ${version} (${license})\n\n${texts.map((text) => text.trim()).join("\n\n")}\n`;
  }));
  const head = "These packages are built into the scripts of the pages, minified.\n";
  await writeFile(join(outDir, NOTICES), [head, ...parts.sort()].join(`\n${"-".repeat(80)}\n\n`));
}

/** Scripts by their names -> names with the hash of their content. What several of them need is a part of its own. */
async function scripts(entry, outDir, packages) {
  const output = { entryFileNames: "[name]-[hash].js", chunkFileNames: "chunk-[hash].js", hashCharacters: "base36", minify: true };
  const built = await bundle(packages, {
    plugins: [sheets],
    build: {
      outDir, emptyOutDir: false, reportCompressedSize: false, target: "es2023",
      lib: { entry: Object.fromEntries(entry.map((path) => [basename(path, ".ts"), join(here, path)])), formats: ["es"] },
      rolldownOptions: { output },
    },
  });
  return Object.fromEntries(built.filter(({ isEntry }) => isEntry).map(({ name, fileName }) => [`${name}.js`, fileName]));
}

/** Scripts that run beside a page: each one file, under a name that stays (a service worker is known by its address). */
async function workers(source, outDir, packages) {
  for (const name of (await readdir(join(here, source))).sort()) {
    await bundle(packages, {
      build: {
        outDir, emptyOutDir: false, reportCompressedSize: false, target: "es2023",
        lib: { entry: join(here, source, name), name: "worker", formats: ["iife"], fileName: () => name.replace(/\.ts$/, ".js") },
        rolldownOptions: { output: { minify: true } },
      },
    });
  }
}

/** A style sheet of a document, with what it imports. */
async function style(path, outDir) {
  const { code } = bundleStyle({ filename: join(here, path), minify: true });
  const [name, hash] = [basename(path, ".css"), createHash("sha256").update(code).digest("hex").slice(0, 8)];
  await writeFile(join(outDir, `${name}-${hash}.css`), code);
  return { [`${name}.css`]: `${name}-${hash}.css` };
}

/** A page that is a file: `{{name}}` becomes the hashed name. */
async function document(path, names, outDir) {
  let page = await readFile(join(here, path), "utf8");
  for (const [plain, hashed] of Object.entries(names)) page = page.replaceAll(`{{${plain}}}`, hashed);
  await writeFile(join(outDir, "index.html"), page);
}

async function buildHome(home) {
  for (const name of await readdir(home).catch(() => [])) if (name.endsWith(".js")) await rm(join(home, name));
  const packages = new Set();
  await scripts(["home/src/panel.ts", "home/src/card.ts"], home, packages);
  await notices(packages, home);
}

/** The residents' pages, and what they are built of. */
async function buildResidents(folder) {
  const packages = new Set();
  const pages = (await readdir(join(here, "residents/src/pages"))).sort().map((name) => `residents/src/pages/${name}`);
  const names = { ...(await scripts(pages, folder, packages)), ...(await style("style/residents.css", folder)) };
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(names, null, 2)}\n`);
  await notices(packages, folder);
}

/** The page on which residents answer: files that a city can serve from anywhere on the residents' hostname. */
async function buildAnswer(folder) {
  const packages = new Set();
  await workers("answer/src/workers", folder, packages);
  const names = { ...(await scripts(["answer/src/pages/answer.ts"], folder, packages)), ...(await style("style/residents.css", folder)) };
  await document("answer/index.html", names, folder);
  await notices(packages, folder);
}

async function buildInto(root, home) {
  await buildHome(home);
  for (const path of FOLDERS.map((name) => join(root, name))) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
  }
  const folder = Object.fromEntries(FOLDERS.filter((name) => name.startsWith("web/")).map((name) => [basename(name), join(root, name)]));
  const pages = (await readdir(join(here, "officer/src/pages"))).sort().map((name) => `officer/src/pages/${name}`);
  const packages = new Set();
  const officer = { ...(await scripts(pages, folder.static, packages)), ...(await style("style/officer.css", folder.static)) };
  await workers("officer/src/workers", folder.workers, packages);
  const signer = { ...(await scripts(["signer/src/signer.ts"], folder.signer, packages)), ...(await style("style/signer.css", folder.signer)) };
  const demo = await scripts(["passkeys/src/software.ts"], folder.demo, packages);

  await document("signer/index.html", signer, folder.signer);
  const passed = { ...(await scripts(["passed/src/passed.ts"], folder.passed, packages)), ...(await style("style/passed.css", folder.passed)) };
  await document("passed/index.html", passed, folder.passed);
  await writeFile(join(folder.static, "manifest.json"), `${JSON.stringify(officer, null, 2)}\n`);
  await writeFile(join(folder.demo, "manifest.json"), `${JSON.stringify(demo, null, 2)}\n`);
  await notices(packages, folder.static);
  await buildResidents(join(root, "community/static"));
  await buildAnswer(join(root, "community/answer"));
}

async function contents(root, home) {
  const found = new Map();
  for (const [folder, path] of [...FOLDERS.map((name) => [name, join(root, name)]), ["home", home]]) {
    for (const name of await readdir(path).catch(() => [])) {
      found.set(`${folder}/${name}`, await readFile(join(path, name), "utf8"));
    }
  }
  return found;
}

async function check() {
  const scratch = await mkdtemp(join(tmpdir(), "milton-frontend-"));
  try {
    const scratchHome = join(scratch, "home");
    await buildInto(scratch, scratchHome);
    const [built, committed] = [await contents(scratch, scratchHome), await contents(hub, www)];
    const differing = [...new Set([...built.keys(), ...committed.keys()])].filter((k) => built.get(k) !== committed.get(k));
    if (differing.length > 0) {
      console.error(`the hub's built files or the integration's www are not what frontend builds to (run: npm run build):\n  ${differing.sort().join("\n  ")}`);
      process.exitCode = 1;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (process.argv.includes("--check")) await check();
else if (process.argv.includes("--home")) await buildHome(www);
else await buildInto(hub, www);
