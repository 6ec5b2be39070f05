{
  # The addon, and the programs beside it: each is a folder of native/programs, and a name in lib/native/executables.ts.
  'target_defaults': {
    'defines': ['_GLIBCXX_ASSERTIONS'],
    'cflags': [
      '-Wall', '-Wextra', '-Wshadow', '-Wconversion',
      '-fvisibility=hidden', '-fstack-protector-strong', '-fstack-clash-protection',
    ],
    'cflags!': ['-Wno-unused-parameter'],
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
    'cflags_cc': [
      '-std=c++20', '-fvisibility-inlines-hidden',
      # Quoted includes only: <sys/socket.h> must never find our own native/sys/.
      '-iquote', '<(module_root_dir)/native',
    ],
    'ldflags': ['-Wl,-z,relro,-z,now,-z,noexecstack'],
    'configurations': {
      'Release': { 'cflags!': ['-O3'], 'cflags': ['-O2', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2'] },
    },
    'target_conditions': [
      # Nothing of Node, and no library but the one of C, so that they start fast and run wherever Node runs.
      ['_type=="executable"', {
        'cflags!': ['-fPIC'],
        'cflags': ['-fPIE', '-ffunction-sections'],
        'ldflags!': ['-rdynamic', '-pthread'],
        'ldflags': ['-pie', '-static-libstdc++', '-static-libgcc', '-Wl,--gc-sections'],
      }],
    ],
  },
  'targets': [
    {
      'target_name': 'rtnetlink',
      'conditions': [
        ['OS!="linux"', { 'type': 'none' }, {
          'sources': ['<!@(node native/sources.mjs)'],
          # A Worker that is being terminated can no longer throw: that must not end the process.
          'defines': ['NAPI_VERSION=8', 'NAPI_CPP_EXCEPTIONS', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
          'cflags_cc!': ['-fno-exceptions'],
          'cflags_cc': [
            '-fexceptions',
            # A system include, so that our warnings stop at our files.
            '-isystem', '<!(node -p "path.dirname(require.resolve(\'node-addon-api\'))")',
          ],
        }],
      ],
    },
    {
      'target_name': 'rtnetlink-launch',
      'conditions': [
        ['OS!="linux"', { 'type': 'none' }, {
          'type': 'executable',
          'sources': [
            'native/programs/launch/main.cc',
            'native/programs/launch/mounts.cc',
            'native/programs/launch/plan.cc',
            'native/programs/launch/report.cc',
          ],
        }],
      ],
    },
    {
      'target_name': 'rtnetlink-broker',
      'conditions': [
        ['OS!="linux"', { 'type': 'none' }, {
          'type': 'executable',
          'sources': [
            'native/programs/broker/channel.cc',
            'native/programs/broker/files.cc',
            'native/programs/broker/main.cc',
            'native/programs/broker/tasks.cc',
            'native/programs/broker/user_namespace.cc',
          ],
        }],
      ],
    },
  ],
}
