export default {
  nettu: {
    input: 'openapi.json',
    output: {
      target: 'generated/orval/client.ts',
      schemas: 'generated/orval/model',
      mode: 'split',
      client: 'fetch',
      baseUrl: 'https://scheduler.test/api/v1',
    },
  },
};
