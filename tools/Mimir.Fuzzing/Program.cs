using System.Globalization;
using Mimir.Fuzzing;

// Usage: Mimir.Fuzzing [--minutes M] [--target NAME]... [--folder DIR] [--seeds DIR] [--seed N] [--input FILE] [--list] [--keep DIR] | --instrument DIR
Coverage.Attach();
var options = new List<(string Name, string Value)>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--list") options.Add((args[i], ""));
    else if (args[i] is "--minutes" or "--target" or "--folder" or "--seeds" or "--seed" or "--input" or "--instrument" or "--keep" && i + 1 < args.Length) options.Add((args[i], args[++i]));
    else return Usage($"'{args[i]}' is no option, or lacks its value");
}

if (options.LastOrDefault(o => o.Name == "--instrument").Value is { } copy)
{
    Console.WriteLine($"{copy}: {Instrumentation.Apply(copy)} assemblies count their branches; run the program there");
    return 0;
}

string Last(string name, string otherwise) => options.LastOrDefault(o => o.Name == name).Value ?? otherwise;
if (!double.TryParse(Last("--minutes", "10"), NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) || minutes is <= 0 or > 10_000) return Usage("--minutes must be a number above 0");
if (!int.TryParse(Last("--seed", "1"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var random)) return Usage("--seed must be a whole number");
var keep = Last("--keep", "");
// What is kept does not grow from other people's files.
var all = FuzzTargets.All(new SeedFolder(keep.Length == 0 && Last("--seeds", SeedFolder.Find() ?? "") is { Length: > 0 } seeds ? seeds : null));
var named = options.Where(o => o.Name == "--target").Select(o => o.Value).ToArray();
if (named.FirstOrDefault(n => all.All(t => t.Name != n)) is { } unknown) return Usage($"there is no target '{unknown}'; --list shows them");
var chosen = all.Where(t => named.Length == 0 || named.Contains(t.Name)).ToArray();
if (options.Any(o => o.Name == "--list"))
{
    foreach (var target in chosen) Console.WriteLine($"{target.Name}: {target.Seeds.Count} seeds");
    return 0;
}

if (options.LastOrDefault(o => o.Name == "--input").Value is { } file)
{
    foreach (var target in chosen) Console.WriteLine($"{target.Name}: {target.Run(File.ReadAllBytes(file))}");
    return 0;
}

var settings = new FuzzSettings(TimeSpan.FromMinutes(minutes), Last("--folder", ".mimir/fuzzing"), random);
if (keep.Length > 0)
{
    foreach (var target in chosen)
    {
        var kept = KeptInputs.Keep(keep, target, Found(settings.Folder, "corpus", target), Found(settings.Folder, "findings", target));
        Console.WriteLine($"{target.Name}: {kept} inputs kept");
    }

    return 0;
}

return chosen.Sum(t => new Fuzzer(t, settings).Run()) == 0 ? 0 : 1;

static IEnumerable<byte[]> Found(string folder, string kind, FuzzTarget target) =>
    Directory.Exists(Path.Combine(folder, kind, target.Name)) ? Directory.EnumerateFiles(Path.Combine(folder, kind, target.Name), "*.bin").Select(File.ReadAllBytes) : [];

static int Usage(string problem)
{
    Console.Error.WriteLine($"fuzzing: {problem}; options: --minutes M, --target NAME (repeatable), --folder DIR, --seeds DIR, --seed N, --input FILE, --list, --keep DIR, --instrument DIR");
    return 2;
}
