#!/usr/bin/env node
// What an older Node says by itself, about a missing global or module, tells nobody what to do.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) await import('../dist/main.js');
else {
  process.stderr.write(
    `compozy needs Node 22.18 or newer, and this is Node ${process.versions.node}: https://nodejs.org\n`,
  );
  process.exitCode = 1;
}
