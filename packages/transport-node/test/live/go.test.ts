import { go } from './peers/go.js'
import { runLive } from './support/all.js'

runLive(go)
