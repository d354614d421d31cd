return await Mimir.Cli.CommandLine.RunAsync(args, Console.Out, Console.Error);
