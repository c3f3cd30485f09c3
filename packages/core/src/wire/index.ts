/** The wire format, for tools: codecs, messages, extensions and registries. */
export * from './codec.js'
export * from './extension.js'
export * from './message.js'
export * from './message12.js'
export * from './reader.js'
export * from './registry.js'
export * from './writer.js'
