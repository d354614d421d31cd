using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Mimir.Cli.Manual;

/// <summary>`--help` with what a manual page has besides: details, examples, exit status.</summary>
internal sealed class ManualHelp(HelpAction usage) : SynchronousCommandLineAction
{
    /// <summary>Puts it in place of the usual help of <paramref name="root"/> and everything below.</summary>
    public static void Install(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        if (option.Action is HelpAction usual) option.Action = new ManualHelp(usual);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usage.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var manual = ManualPages.Of(PathOf(parseResult.CommandResult));
        if (manual is { Details.Length: > 0 }) output.WriteLine($"Details:\n  {manual.Details}\n");
        if (manual is { Examples.Count: > 0 })
        {
            output.WriteLine("Examples:");
            foreach (var example in manual.Examples) output.WriteLine($"  {example}");
            output.WriteLine();
        }
        output.WriteLine("Exit status:");
        foreach (var (status, meaning) in ManualPages.ExitCodes) output.WriteLine($"  {status}  {meaning}");
        return code;
    }

    private static string PathOf(System.CommandLine.Parsing.CommandResult result)
    {
        var names = new Stack<string>();
        for (var at = result; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            if (at.Command is not RootCommand) names.Push(at.Command.Name);
        return string.Join(' ', names);
    }
}
