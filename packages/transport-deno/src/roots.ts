/** The system's roots. Deno has the file access of Node, so that this is the same reader; it needs `--allow-read --allow-env`. */
export {
  type SystemRoots,
  type SystemRootsOptions,
  systemRoots,
} from '@sanstls/transport-node/roots'
