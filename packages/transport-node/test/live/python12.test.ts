import { python12 } from './peers/python.js'
import { runLive12 } from './support/all12.js'

runLive12(python12)
