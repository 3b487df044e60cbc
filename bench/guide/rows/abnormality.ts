import { atLeast, below, type Section } from '../section.js'

export const abnormality: Section = {
  name: 'abnormality',
  rows: [
    { what: 'one window', target: below(1, 's') },
    { what: 'balanced accuracy', target: atLeast(80, '%') },
    { what: 'area under the ROC curve', target: atLeast(0.93, '') },
    { what: 'memory growth', target: below(200, 'MB') },
  ],
}
