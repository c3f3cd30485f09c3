import { go12 } from './peers/go.js'
import { runLive12 } from './support/all12.js'

runLive12(go12)
