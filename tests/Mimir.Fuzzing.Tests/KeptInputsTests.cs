namespace Mimir.Fuzzing.Tests;

/// <summary>Every input that fuzzing has kept, given to its parser again, within the bounds of fuzzing.</summary>
public sealed class KeptInputsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly IReadOnlyList<FuzzTarget> Targets = Start();

    public static TheoryData<string> Names => [.. Targets.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_kept_breaks_a_parser(string name)
    {
        var target = Targets.Single(t => t.Name == name);
        var kept = KeptInputs.Of(Folder, target);
        Assert.True(kept.Count > 0, $"nothing is kept for '{name}'; fuzz it and run the fuzzer with --keep (docs/fuzzing.md)");
        var (tried, findings) = (0, new List<string>());
        var thread = new Thread(() =>
        {
            foreach (var (input, isSeed) in target.Seeds.Select(s => (s, true)).Concat(kept.Select(k => (k, false))))
            {
                if (Trial.Run(target, input, isSeed).Finding is var (kind, what)) findings.Add($"input {tried}: {kind}: {what}: {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 600)))}");
                tried++;
            }
        }) { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Patience), $"input {tried} hangs");
        Assert.Empty(findings);
    }

    [Fact]
    public void What_is_kept_belongs_to_a_target() =>
        Assert.Empty(Directory.EnumerateFiles(Folder).Select(f => Path.GetFileNameWithoutExtension(f)).Except(Targets.Select(t => t.Name)));

    private static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Mimir.slnx"))) return Path.Combine(folder.FullName, "tools", "Mimir.Fuzzing", "corpus");
            throw new DirectoryNotFoundException("No Mimir.slnx above the tests.");
        }
    }

    private static IReadOnlyList<FuzzTarget> Start()
    {
        Coverage.Attach();
        return FuzzTargets.All(new SeedFolder(null));
    }
}
