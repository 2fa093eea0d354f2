import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// in development the service answers beside the page, as it does behind the CDN
const service = process.env.SERVICE ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': service, '/health': service } },
  test: {
    environment: 'jsdom',
    coverage: { include: ['src/**'], exclude: ['src/main.tsx', 'src/**/*.test.*'], thresholds: { lines: 80 } },
  },
});
