return args is ["supervised", var role, ..]
    ? await Mimir.Cli.Supervision.SupervisedRole.RunAsync(role)
    : await Mimir.Cli.CommandLine.RunAsync(args, Console.Out, Console.Error);
