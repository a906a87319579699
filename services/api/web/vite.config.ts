import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const PACKED = /\.(js|css|svg)$/;
const TOO_SMALL_TO_PACK = 1024;

/** Lays a packed twin beside each file, so that the API packs nothing while it answers. */
function packedTwins(): Plugin {
  let folder = "";
  return {
    name: "packed-twins",
    apply: "build",
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith("/")) folder = config.build.outDir;
    },
    writeBundle: async () => {
      const assets = join(folder, "assets");
      const names = (await readdir(assets)).filter((name) => PACKED.test(name));
      await Promise.all(
        names.map(async (name) => {
          const file = join(assets, name);
          const content = await readFile(file);
          if (content.length < TOO_SMALL_TO_PACK) return;
          const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
          await writeFile(`${file}.br`, await promisify(brotliCompress)(content, quality));
          await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  plugins: [react(), packedTwins()],
  // The API puts a fresh nonce in its place in every answer.
  html: { cspNonce: "NONCE-OF-THIS-ANSWER" },
  build: {
    target: "es2022",
    // An inlined file would be a `data:` address, which the policy allows for pictures alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      // The page, and what is embedded in pages of other sites.
      input: ["index.html", "embed.html"],
      output: {
        // What nearly every page needs travels together: a page took twenty files of a few hundred
        // bytes each, which cost a slow processor more than they weigh.
        codeSplitting: {
          groups: [
            {
              name: "parts",
              test: /src\/(api|parts)\/|src\/features\/(runs|document)\/[a-z]|react-query|query-core/,
            },
          ],
        },
      },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
