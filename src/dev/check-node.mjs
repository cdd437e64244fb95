/** Says what to do where Node cannot run TypeScript, before any TypeScript is read: so this file is JavaScript. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
// Node runs TypeScript by itself since 22.18 (nodejs.org/api/typescript.html).
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This needs Node 22.18 or newer, and runs on ${process.versions.node}. "npm ci" installs such a Node beside the project, but ` +
      'not with --ignore-scripts. Run "npm rebuild node" now, or install Node 22 or newer yourself.',
  );
  process.exit(1);
}
