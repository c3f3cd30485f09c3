import { python } from './peers/python.js'
import { runLive } from './support/all.js'

runLive(python)
