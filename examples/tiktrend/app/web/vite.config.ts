import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  // what is small would become a data: address, which the content security policy of the site lets no script be
  build: { assetsInlineLimit: 0 },
  // as at the edge: front end and API share an origin
  server: { proxy: { '/api': process.env.API ?? 'http://127.0.0.1:8000' } },
  test: {
    environment: 'happy-dom',
    coverage: { include: ['src/**'], exclude: ['src/main.ts'], thresholds: { lines: 80 } },
  },
})
