import { noble } from '@sanstls/core/noble'
import { node } from './peers/node.js'
import { allCases } from './support/all.js'
import { runLive } from './support/live.js'

runLive(node, [noble], ...allCases)
