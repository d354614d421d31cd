using Mimir.Models.Files;
using Mimir.Models.Gguf;
using Mimir.Models.Gguf.Conversion;

namespace Mimir.Models.Store;

/// <summary>Puts a GGUF file or a Hugging Face directory into the store. Memory stays bounded; what Mimir does not run is refused before anything large is written.</summary>
/// <param name="store">Where to.</param>
/// <param name="freeSpace">Bytes free on the disk of a directory; null: asks the system.</param>
public sealed class ModelImport(ModelStore store, Func<string, long>? freeSpace = null)
{
    /// <summary>Room for tokenizers, manifests and whatever else the disk's owner does meanwhile.</summary>
    private const long Spare = 64L << 20;

    /// <summary>Imports <paramref name="path"/>, a file *.gguf or a directory, as <paramref name="name"/>.</summary>
    /// <exception cref="ModelFormatException">Damaged, or a model that Mimir does not run; says why.</exception>
    /// <exception cref="ArgumentException">The name is taken and <paramref name="replace"/> is false.</exception>
    /// <exception cref="ModelStoreException">Not enough room, or somebody else is at it.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<ModelManifest> RunAsync(string path, ModelName name, bool replace, IProgress<Transfer>? progress, CancellationToken cancellation)
    {
        if (!replace && Directory.Exists(store.PathOf(name))) throw new ArgumentException($"the store has {name} already; give another --name, or --replace", nameof(name));
        if (Directory.Exists(path)) return await CopyAsync(path, name, progress, cancellation);
        using var file = GgufFile.Open(path);
        var conversion = new GgufConversion(file);
        RequireSpace(conversion.WeightBytes);
        using var staged = store.Stage(name);
        conversion.Write(staged.Directory, new TransferMeter("weights", conversion.WeightBytes, progress).Add, cancellation);
        return await staged.InstallAsync($"GGUF file {Path.GetFileName(path)} ({string.Join(", ", file.Tensors.Values.Select(t => t.Type.Name()).Distinct().Order())})", null, progress, cancellation);
    }

    /// <summary>Refuses when the disk has no room for <paramref name="bytes"/> more.</summary>
    internal void RequireSpace(long bytes) => RequireSpace(store, freeSpace, bytes);

    /// <summary>The same for whoever stores.</summary>
    internal static void RequireSpace(ModelStore store, Func<string, long>? freeSpace, long bytes)
    {
        Directory.CreateDirectory(store.Root);
        var free = freeSpace?.Invoke(store.Root) ?? new DriveInfo(store.Root).AvailableFreeSpace;
        if (bytes > free - Spare)
            throw new ModelStoreException($"{store.Root} has {free / 1_000_000} MB free, but {(bytes + Spare) / 1_000_000} MB are needed; make room, or set MIMIR_MODELS to another disk");
    }

    private async Task<ModelManifest> CopyAsync(string path, ModelName name, IProgress<Transfer>? progress, CancellationToken cancellation)
    {
        // Refuses before copying, with the same words as after it.
        using (ModelDirectory.Open(path)) { }
        var files = ModelFile.Needed([.. Directory.EnumerateFiles(path).Select(p => Path.GetFileName(p)!)]);
        var total = files.Sum(f => new FileInfo(Path.Combine(path, f)).Length);
        RequireSpace(total);
        using var staged = store.Stage(name);
        var meter = new TransferMeter("files", total, progress);
        foreach (var file in files)
        {
            await using FileStream from = File.OpenRead(Path.Combine(path, file)), to = File.Create(Path.Combine(staged.Directory, file));
            var buffer = new byte[1 << 20];
            for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0; meter.Add(read)) await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
        return await staged.InstallAsync($"directory {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))}", null, progress, cancellation);
    }
}
