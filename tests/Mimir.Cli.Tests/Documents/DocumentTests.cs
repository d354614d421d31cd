using System.Text;
using System.Text.RegularExpressions;
using Mimir.Cli.Commands;
using Mimir.Cli.Manual;

namespace Mimir.Cli.Tests.Documents;

/// <summary>What is written down is there: links, anchors, the reference, a manual page for every command.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Pages =>
    [
        .. new[] { "README.md", "SECURITY.md", "CONTRIBUTING.md", "samples/README.md" },
        .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Checkout.Root, f)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page)
    {
        var path = Path.Combine(Checkout.Root, page);
        var wrong = new List<string>();
        foreach (var target in Links(File.ReadAllText(path)))
        {
            var (file, anchor) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
            var there = file.Length == 0 ? path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, Uri.UnescapeDataString(file)));
            if (!File.Exists(there) && !Directory.Exists(there)) wrong.Add($"{target}: there is no such file");
            else if (anchor is not null && !Anchors(File.ReadAllText(there)).Contains(anchor)) wrong.Add($"{target}: there is no such heading");
        }
        Assert.True(wrong.Count == 0, $"{page}:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void The_checker_sees_what_is_missing()
    {
        Assert.Equal(["a.md", "pic.svg", "b.md#c", "#d"], Links("[x](a.md) and ![p](pic.svg)\n[y](b.md#c)\n```\n[no](code.md)\n```\n`[no](code.md)` [z](#d) [w](https://example.org)"));
        Assert.Equal(["the-first-ten-minutes", "7-what-is-dealt-and-how-it-is-checked", "a-b"], Anchors("# The first ten minutes\n## 7. What is dealt, and how it is checked\n### `a` *b*\n"));
    }

    [Theory]
    [InlineData("commands.md")]
    [InlineData("configuration.md")]
    public void The_reference_is_what_the_code_says(string name)
    {
        var written = name == "commands.md" ? CommandReference.Write(RootCommands.Create()) : ConfigReference.Write();
        Assert.True(written == File.ReadAllText(Path.Combine(Checkout.Root, "docs", "reference", name)), $"docs/reference/{name} is old: run ./mimir help-pages docs/reference");
    }

    [Fact]
    public void Every_command_has_a_description_and_examples_of_its_own()
    {
        foreach (var command in RootCommands.Create().Subcommands.Where(c => !c.Hidden))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            var manual = ManualPages.Of(command.Name);
            Assert.True(manual is { Examples.Count: > 0 }, $"{command.Name} has no example in ManualPages");
            Assert.All(manual!.Examples, e => Assert.Contains($"mimir {command.Name}", e, StringComparison.Ordinal));
        }
    }

    /// <summary>Every example of the manual parses.</summary>
    [Fact]
    public void Every_example_is_understood()
    {
        var root = RootCommands.Create();
        foreach (var command in root.Subcommands.SelectMany(c => c.Subcommands.Select(s => $"{c.Name} {s.Name}").Prepend(c.Name)))
            foreach (var example in ManualPages.Of(command)?.Examples ?? [])
                if (example.StartsWith("mimir ", StringComparison.Ordinal) && !example.Contains("--help", StringComparison.Ordinal))
                    Assert.True(root.Parse(example["mimir ".Length..].Split(" > ")[0]).Errors is { Count: 0 }, $"'{example}' is not understood: {string.Join("; ", root.Parse(example["mimir ".Length..]).Errors)}");
    }

    [Fact]
    public async Task Help_is_a_manual_page()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await CommandLine.RunAsync(["up", "--help"], output, TextWriter.Null));
        foreach (var part in new[] { "Usage:", "--detach", "Details:", "Examples:", "mimir up --detach", "Exit status:", "4  a peer or service could not be reached" })
            Assert.Contains(part, output.ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Links(string markdown) => LinkPattern().Matches(WithoutCode(markdown)).Select(m => m.Groups[1].Value)
        .Where(t => !t.Contains("://", StringComparison.Ordinal) && !t.StartsWith("mailto:", StringComparison.Ordinal));

    /// <summary>As GitHub makes them: lower case, punctuation away, spaces to hyphens.</summary>
    private static List<string> Anchors(string markdown)
    {
        var result = new List<string>();
        foreach (Match heading in HeadingPattern().Matches(Fenced().Replace(markdown, "")))
        {
            var text = new StringBuilder();
            foreach (var c in LinkText().Replace(heading.Groups[1].Value.Trim(), "$1").ToLowerInvariant())
                if (char.IsLetterOrDigit(c) || c is '-' or '_') text.Append(c);
                else if (c == ' ') text.Append('-');
            var anchor = text.ToString();
            result.Add(result.Contains(anchor) ? $"{anchor}-1" : anchor);
        }
        return result;
    }

    private static string WithoutCode(string markdown) => Inline().Replace(Fenced().Replace(markdown, ""), "");

    [GeneratedRegex(@"\]\(([^)\s]+)(?:\s+""[^""]*"")?\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"^\s*```.*?^\s*```\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex Inline();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();
}
