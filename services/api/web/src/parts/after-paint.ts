/** When what is on the screen now has been painted: what takes the processor long waits for that. */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
