{
  'targets': [
    {
      'target_name': 'rtnetlink',
      'conditions': [
        ['OS!="linux"', { 'type': 'none' }, {
          'sources': [
            '<!@(node -p "require(\'fs\').readdirSync(\'native\', { recursive: true }).filter(f => f.endsWith(\'.cc\') && !f.startsWith(\'fuzz/\')).sort().map(f => \'native/\' + f).join(\' \')")',
          ],
          'defines': ['NAPI_VERSION=8', 'NAPI_CPP_EXCEPTIONS', '_GLIBCXX_ASSERTIONS'],
          'cflags': [
            '-Wall', '-Wextra', '-Wshadow', '-Wconversion',
            '-fvisibility=hidden', '-fstack-protector-strong', '-fstack-clash-protection',
          ],
          'cflags!': ['-Wno-unused-parameter'],
          'cflags_cc!': ['-fno-exceptions', '-std=gnu++17', '-std=gnu++20'],
          'cflags_cc': [
            '-std=c++20', '-fexceptions', '-fvisibility-inlines-hidden',
            # Quoted includes only: <sys/socket.h> must never find our own native/sys/.
            '-iquote', '<(module_root_dir)/native',
            # A system include, so that our warnings stop at our files.
            '-isystem', '<!(node -p "path.dirname(require.resolve(\'node-addon-api\'))")',
          ],
          'ldflags': ['-Wl,-z,relro,-z,now,-z,noexecstack'],
          'configurations': {
            'Release': { 'cflags!': ['-O3'], 'cflags': ['-O2', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2'] },
          },
        }],
      ],
    },
  ],
}
