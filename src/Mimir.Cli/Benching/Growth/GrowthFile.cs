namespace Mimir.Cli.Benching.Growth;

/// <summary>A CSV file of measured points. Measuring goes on where it was broken off: what the file holds is not measured again.</summary>
internal sealed class GrowthFile
{
    private readonly string _path;
    private readonly List<GrowthRow> _rows;

    private GrowthFile(string path, List<GrowthRow> rows) => (_path, _rows) = (path, rows);

    /// <summary>What is in it.</summary>
    public IReadOnlyList<GrowthRow> Rows => _rows;

    /// <summary>Opens a file, or begins one.</summary>
    /// <exception cref="UsageException">It holds something else.</exception>
    public static GrowthFile Open(string path)
    {
        if (!File.Exists(path)) File.WriteAllText(path, GrowthRow.Header + "\n");
        var lines = File.ReadAllLines(path);
        if (lines is not [GrowthRow.Header, ..]) throw new UsageException($"'{path}' is no file of measurements: it does not begin with '{GrowthRow.Header[..30]}…'");
        return new GrowthFile(path, [.. lines.Skip(1).Where(l => l.Length > 0).Select(GrowthRow.Parse)]);
    }

    /// <summary>Measures every point of <paramref name="points"/> that the file does not hold and this machine has memory for.</summary>
    public async Task MeasureAsync(IReadOnlyList<GrowthPoint> points, int tokens, Action<string> progress, CancellationToken cancellation)
    {
        foreach (var point in points.Where(p => _rows.All(r => r.Point != p)))
        {
            if (GrowthGrid.Memory(point) is var needed && needed > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            {
                progress($"{point}: left out, it needs about {Quantity.Bytes(needed)}");
                continue;
            }
            progress($"{point}");
            var row = GrowthRow.Of(point, await BenchRun.RunAsync(point.Request(tokens), _ => { }, () => { }, cancellation));
            _rows.Add(row);
            await File.AppendAllTextAsync(_path, row + "\n", cancellation);
        }
    }

    /// <summary>The rows of these points, in their order; points that were left out are missing.</summary>
    public IReadOnlyList<GrowthRow> Of(IEnumerable<GrowthPoint> points) => [.. points.Select(p => _rows.FirstOrDefault(r => r.Point == p)).OfType<GrowthRow>()];
}
