import { node } from './peers/node.js'
import { runLive } from './support/all.js'

runLive(node)
