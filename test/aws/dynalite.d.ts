declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** An implementation of DynamoDB in memory; times in milliseconds. */
  export default function dynalite(options: { createTableMs: number; deleteTableMs: number }): Server;
}
