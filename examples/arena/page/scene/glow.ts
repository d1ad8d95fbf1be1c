/** Soft light, painted once per colour: drawing a picture is cheap where blurring a shadow each time is not. */

const SIZE = 96;

export class Glows {
  readonly #pictures = new Map<string, HTMLCanvasElement>();

  /** Light around a place; `radius` in the pen's units. The pen should add (`lighter`). */
  draw(pen: CanvasRenderingContext2D, hex: string, x: number, y: number, radius: number, strength = 1): void {
    if (strength <= 0.01) return;
    pen.globalAlpha = Math.min(1, strength);
    pen.drawImage(this.#pictureOf(hex), x - radius, y - radius, radius * 2, radius * 2);
    pen.globalAlpha = 1;
  }

  #pictureOf(hex: string): HTMLCanvasElement {
    const known = this.#pictures.get(hex);
    if (known !== undefined) return known;
    const picture = document.createElement('canvas');
    picture.width = SIZE;
    picture.height = SIZE;
    const pen = picture.getContext('2d');
    if (pen !== null) {
      const light = pen.createRadialGradient(SIZE / 2, SIZE / 2, 0, SIZE / 2, SIZE / 2, SIZE / 2);
      // Falls off as light does, and is nothing at the rim: the picture's square must not show.
      for (const [at, alpha] of [
        [0, 'e6'],
        [0.12, '99'],
        [0.3, '47'],
        [0.55, '17'],
        [0.8, '05'],
        [1, '00'],
      ] as const) {
        light.addColorStop(at, `${hex}${alpha}`);
      }
      pen.fillStyle = light;
      pen.fillRect(0, 0, SIZE, SIZE);
    }
    this.#pictures.set(hex, picture);
    return picture;
  }
}
