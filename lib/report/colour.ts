type Rgb = [red: number, green: number, blue: number]

/** OKLCH (lightness and chroma 0..1, hue in degrees) to 8-bit sRGB; matrices of B. Ottosson, "A perceptual color space", 2020. */
function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function encode(linear: number): number {
  const clipped = Math.max(0, Math.min(1, linear))
  return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055))
}

/** The spectrogram's colours for 0..1: lightness rises evenly, dark violet over teal to pale yellow, so order shows without hue. */
export function powerColour(position: number): Rgb {
  const t = Math.max(0, Math.min(1, position))
  return oklch(0.2 + 0.72 * t, 0.05 + 0.1 * Math.sin(Math.PI * Math.min(1, t * 1.08)), 300 - 200 * t)
}

export function hexColour([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
