using System.Text.Json;

namespace Mimir.Cli.Planning.Machines;

/// <summary>What was measured of one machine; `mimir bench calibrate` writes it, `mimir plan` reads it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Cores">Its processor cores.</param>
/// <param name="ReadGigabytesPerSecond">All cores together.</param>
/// <param name="TwoParties">Prices when N = 2.</param>
/// <param name="MoreParties">Prices when N ≥ 3.</param>
public sealed record Machine(string Name, int Cores, double ReadGigabytesPerSecond, Calibration TwoParties, Calibration MoreParties)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Where this machine's own measurements are kept.</summary>
    public static string OwnFile => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "mimir", "machine.json");

    /// <summary>This machine if it was calibrated, else the one that Mimir is developed on.</summary>
    /// <exception cref="UsageException">The file of this machine cannot be read.</exception>
    public static Machine Known() => File.Exists(OwnFile) ? Read(OwnFile) : Development();

    /// <summary>The machine that Mimir is developed on.</summary>
    public static Machine Development()
    {
        using var stream = typeof(Machine).Assembly.GetManifestResourceStream("machine.json") ?? throw new InvalidOperationException("the program was built without machine.json");
        return JsonSerializer.Deserialize<Machine>(stream, Format)!;
    }

    /// <summary>Reads a file that <see cref="Write"/> wrote.</summary>
    public static Machine Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Machine>(File.ReadAllText(file), Format) ?? throw new JsonException("it is empty");
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw new UsageException($"'{file}' describes no machine ({error.Message.ReplaceLineEndings(" ")}); 'mimir bench calibrate' writes it anew");
        }
    }

    /// <summary>Writes it to <paramref name="file"/>.</summary>
    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, JsonSerializer.Serialize(this, Format) + "\n");
    }

    /// <summary>Prices for a group of <paramref name="parties"/>.</summary>
    public Calibration For(int parties) => parties == 2 ? TwoParties : MoreParties;
}
