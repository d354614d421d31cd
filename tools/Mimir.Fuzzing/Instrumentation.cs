namespace Mimir.Fuzzing;

/// <summary>Rewrites a copy of this program so that every branch of Mimir's assemblies counts itself (<see cref="Coverage"/>).</summary>
internal static class Instrumentation
{
    /// <summary>Copies this program into <paramref name="folder"/> and rewrites the copy; the number of assemblies.</summary>
    public static int Apply(string folder)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        foreach (var file in here.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(here.FullName, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            file.CopyTo(copy, overwrite: true);
        }

        // The kernels of Numerics parse nothing.
        string[] parsing =
        [
            .. Directory.EnumerateFiles(folder, "Mimir.*.dll").Where(f => Path.GetFileNameWithoutExtension(f) is not ("Mimir.Fuzzing" or "Mimir.Numerics")),
            Path.Combine(folder, "mimir.dll"),
        ];
        foreach (var assembly in parsing) SharpFuzz.Fuzzer.Instrument(assembly, _ => true, SharpFuzz.Options.Value);
        return parsing.Length;
    }
}
