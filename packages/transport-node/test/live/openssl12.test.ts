import { openssl12 } from './peers/openssl.js'
import { runLive12 } from './support/all12.js'

runLive12(openssl12)
