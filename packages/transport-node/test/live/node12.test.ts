import { node12 } from './peers/node.js'
import { runLive12 } from './support/all12.js'

runLive12(node12)
