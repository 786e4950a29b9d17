/** Ends the process if this Node is too old for the program: what fails later names neither Node nor the remedy. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(
    `This program needs Node 22.13 or newer; this is ${process.versions.node} (${process.execPath}). Install Node 24; in a checkout, npx and npm run find the one that npm install has brought.`,
  );
  process.exit(2);
}
