// AutoReject: 5 min, 20 channels, three of them bad; 100 epochs of 20 channels.
import { above, atLeast, below, exactly, type Section } from '../section.js'

export const quality: Section = {
  name: 'quality',
  rows: [
    { what: 'bad channels of a recording, mean', target: below(5, 's') },
    { what: 'bad channels found of three', target: exactly(3, 'channels') },
    { what: 'epochs processed', target: above(20, 'epochs/s') },
    { what: 'epochs rejected', target: below(20, '%') },
    { what: 'agreement with AutoReject', target: atLeast(87.5, '%') },
    { what: 'memory growth', target: below(500, 'MB') },
  ],
}
