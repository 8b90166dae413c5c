// Builds the pages' scripts and styles into hub/web, and Home Assistant's page and card into the integration; `--check` builds
// beside them and fails where they differ.
import { build, transform } from "esbuild";
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "..", "hub", "web");
const FOLDERS = ["static", "signer", "demo"]; // officers' pages, the signer, what only a demo city serves
const www = join(here, "..", "custom_components", "milton_share", "www");

const common = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  metafile: true,
  logLevel: "warning",
};
const script = { ...common, target: ["es2023"] };

/** A style sheet of a shadow root as text: what the tokens say of the document's root is said of the host. */
const sheets = {
  name: "sheets",
  setup(context) {
    context.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, charset: "utf8" });
      return { contents: code.replaceAll(":root", ":host"), loader: "text" };
    });
  },
};

/** Names as the sources say them -> names with the hash of their content. */
function names(result, folder) {
  const entries = Object.entries(result.metafile.outputs).filter(([, output]) => output.entryPoint);
  return Object.fromEntries(
    entries.map(([path, { entryPoint }]) => [
      entryPoint.split("/").pop().replace(/\.ts$/, ".js"),
      relative(folder, join(here, path)).replaceAll("\\", "/"),
    ]),
  );
}

async function buildHome(home) {
  for (const name of await readdir(home).catch(() => [])) if (name.endsWith(".js")) await rm(join(home, name));
  await build({ ...script, entryPoints: ["home/src/panel.ts", "home/src/card.ts"], outdir: home, splitting: true, plugins: [sheets] });
}

async function buildInto(root, home) {
  await buildHome(home);
  const folder = Object.fromEntries(FOLDERS.map((name) => [name, join(root, name)]));
  for (const path of Object.values(folder)) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
  }
  const pages = (await readdir(join(here, "officer/src/pages"))).sort().map((name) => `officer/src/pages/${name}`);
  const officer = await build({ ...script, entryPoints: pages, outdir: folder.static, splitting: true });
  const officerStyle = await build({ ...common, entryPoints: ["style/officer.css"], outdir: folder.static });
  const signer = await build({ ...script, entryPoints: ["signer/src/signer.ts"], outdir: folder.signer });
  const signerStyle = await build({ ...common, entryPoints: ["style/signer.css"], outdir: folder.signer });
  const demo = await build({ ...script, entryPoints: ["passkeys/src/software.ts"], outdir: folder.demo });

  const signerNames = { ...names(signer, folder.signer), ...names(signerStyle, folder.signer) };
  let page = await readFile(join(here, "signer/index.html"), "utf8");
  for (const [plain, hashed] of Object.entries(signerNames)) page = page.replaceAll(`{{${plain}}}`, hashed);
  await writeFile(join(folder.signer, "index.html"), page);

  const manifest = { ...names(officer, folder.static), ...names(officerStyle, folder.static) };
  await writeFile(join(folder.static, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder.demo, "manifest.json"), `${JSON.stringify(names(demo, folder.demo), null, 2)}\n`);
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
    const [built, committed] = [await contents(scratch, scratchHome), await contents(web, www)];
    const differing = [...new Set([...built.keys(), ...committed.keys()])].filter((k) => built.get(k) !== committed.get(k));
    if (differing.length > 0) {
      console.error(`hub/web or the integration's www is not what frontend builds to (run: npm run build):\n  ${differing.sort().join("\n  ")}`);
      process.exitCode = 1;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (process.argv.includes("--check")) await check();
else if (process.argv.includes("--home")) await buildHome(www);
else await buildInto(web, www);
