import { bundleOurs, bundleReference } from './bundle.ts';
import { measureNotifications } from './notifications.ts';
const code = { ours: bundleOurs(), observed: await bundleReference('observed') };
console.table(await measureNotifications(code, Number(process.argv[2]), 90));
