// EEGPT: windows of 8 s, 20 channels at 256 Hz.
import { atLeast, below, type Section } from '../section.js'

export const eegpt: Section = {
  name: 'eegpt',
  rows: [
    { what: 'one window, mean', target: below(100, 'ms') },
    { what: 'one window, sd', target: below(20, 'ms') },
    { what: 'batch of 32', target: atLeast(32, 'windows/s') },
    { what: 'one minute of signal, half overlap', target: below(30, 's') },
    { what: 'loading the model, memory growth', target: below(1536, 'MB') },
  ],
}
