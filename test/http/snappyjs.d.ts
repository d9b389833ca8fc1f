/** snappyjs has no types; tests use it to pack remote-write bodies. */
declare module 'snappyjs' {
  const SnappyJS: { compress(bytes: Uint8Array): Uint8Array };
  export default SnappyJS;
}
