/** Runs axe-core in a page, with all rules of WCAG 2.2 A and AA, and its best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * One line for each violation, with its rule and its element.
 *
 * @param parts selectors of the parts to look at; by default the page.
 */
export async function violations(page: Page, parts?: string[]): Promise<string[]> {
  // Evaluated, since the page's content security policy would block a script element.
  await page.evaluate(source);
  const results = await page.evaluate(
    (context) =>
      (window as unknown as { axe: { run(context: object): Promise<AxeResults> } }).axe.run(context),
    { include: parts ?? ['html'] },
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`),
  );
}
