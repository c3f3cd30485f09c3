import { noble } from '@sanstls/core/noble'
import { python } from './peers/python.js'
import { allCases } from './support/all.js'
import { runLive } from './support/live.js'

runLive(python, [noble], ...allCases)
