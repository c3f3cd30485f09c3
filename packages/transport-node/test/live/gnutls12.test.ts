import { gnutls12 } from './peers/gnutls.js'
import { runLive12 } from './support/all12.js'

runLive12(gnutls12)
