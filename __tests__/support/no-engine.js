/** Unit tests run where there is no engine: a daemon of the developer's own must not hide that one needs it. */
process.env.DOCKER_HOST = 'unix:///dev/null'
