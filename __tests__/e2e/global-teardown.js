/** Lets the world that `global-setup.js` started end, and waits until it has cleaned up. */
export default async function globalTeardown() {
  const world = globalThis.reprogateWorld
  if (world === undefined) return
  world.child.stdin.end()
  await world.over
}
