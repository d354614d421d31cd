using System.CommandLine;
using System.CommandLine.Invocation;
using Mimir.Cli.Commands;

namespace Mimir.Cli;

/// <summary>The program's outermost layer: parses, runs a command, and turns whatever went wrong into one line and an exit status.</summary>
public static class CommandLine
{
    /// <summary>Runs <paramref name="arguments"/> and returns the exit status; never throws.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        try
        {
            var parsed = RootCommands.Create().Parse(arguments);
            if (parsed.Action is ParseErrorAction)
                return Report(error, new Failure(ExitCode.Usage, $"{Problem(parsed)}; 'mimir {Path(parsed)}--help' shows the usage"));
            // In a chat an interrupt ends an answer, not the program.
            TimeSpan? endWithin = parsed.CommandResult.Command.Name == ChatCommand.Name ? null : TimeSpan.FromSeconds(10);
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = endWithin, Output = output, Error = error };
            return await parsed.InvokeAsync(invocation);
        }
        catch (Exception e)
        {
            if (Environment.GetEnvironmentVariable("MIMIR_DEBUG") == "1") await error.WriteLineAsync(e.ToString());
            return Report(error, Failure.Of(e));
        }
    }

    private static int Report(TextWriter error, Failure failure)
    {
        error.WriteLine($"mimir: {failure.Line}");
        return failure.Code;
    }

    private static string Problem(ParseResult parsed)
    {
        // A word that is no command is reported twice; the word itself says more.
        var unknown = parsed.UnmatchedTokens.Count > 0 ? $"there is no '{parsed.UnmatchedTokens[0]}'" : null;
        return unknown ?? string.Join("; ", parsed.Errors.Select(e => e.Message.TrimEnd('.').ReplaceLineEndings(" ")).Distinct());
    }

    private static string Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            if (at.Command is not RootCommand) names.Push(at.Command.Name);
        return string.Concat(names.Select(n => n + " "));
    }
}
