/** The bundle that `references/observed.ts` is put in front of, known to it by this name alone. */
declare module 'worker-under-test' {
  const worker: {
    fetch(request: Request, env: object, context: object): Promise<Response>;
    scheduled(controller: { cron: string; scheduledTime: number }, env: object): Promise<void>;
  };
  export default worker;
}
