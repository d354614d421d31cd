namespace Mimir.Models.Files;

/// <summary>
/// The weights of a model directory: model.safetensors, or the shards of model.safetensors.index.json. Tensors are found by name
/// whichever file holds them.
/// </summary>
public sealed class WeightFiles : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";
    private const long IndexLimit = 100_000_000;

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, TensorInfo Tensor)> _tensors = new(StringComparer.Ordinal);

    private readonly WeightBytesOpener? _open;

    private WeightFiles(string directory, WeightBytesOpener? open) => (Directory, _open) = (directory, open);

    /// <summary>The model directory.</summary>
    public string Directory { get; }

    /// <summary>All tensor names.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Opens the weights in <paramref name="directory"/>.</summary>
    /// <param name="directory">The model directory.</param>
    /// <param name="open">How the bytes of a file are read; null: as they lie on disk.</param>
    /// <exception cref="ModelFormatException">No weights there, or any of the files is damaged.</exception>
    public static WeightFiles Open(string directory, WeightBytesOpener? open = null)
    {
        var files = new WeightFiles(directory, open);
        try
        {
            if (File.Exists(Path.Combine(directory, SingleName))) files.AddFile(SingleName);
            else if (File.Exists(Path.Combine(directory, IndexName))) files.AddShards();
            else throw new ModelFormatException(directory, Missing(directory));
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor called <paramref name="name"/>.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Requires the tensor <paramref name="name"/> with exactly this shape.</summary>
    /// <exception cref="ModelFormatException">Missing or of another shape; says which shape config.json asks for.</exception>
    public void Require(string name, params ReadOnlySpan<int> shape)
    {
        if (!_tensors.TryGetValue(name, out var found))
            throw new ModelFormatException(Directory, $"tensor '{name}' is missing from the weights; the files do not belong to this config.json");
        var same = found.Tensor.Shape.Count == shape.Length;
        for (var i = 0; same && i < shape.Length; i++) same = found.Tensor.Shape[i] == shape[i];
        if (!same)
            throw new ModelFormatException(found.File.Path,
                $"tensor '{name}' has shape {found.Tensor.ShapeText} where config.json asks for [{string.Join(", ", shape.ToArray())}]");
        if (found.Tensor.Type is not (TensorType.F64 or TensorType.F32 or TensorType.F16 or TensorType.BF16))
            throw new ModelFormatException(found.File.Path,
                $"tensor '{name}': dtype {found.Tensor.Type} is not supported for weights; save the model in F32, F16 or BF16");
    }

    /// <summary>Elements [<paramref name="start"/>, start + destination.Length) of tensor <paramref name="name"/> as doubles.</summary>
    /// <exception cref="ModelFormatException">As <see cref="SafetensorsFile.Read"/>.</exception>
    public void Read(string name, long start, Span<double> destination)
    {
        var (file, tensor) = _tensors[name];
        file.Read(tensor, start, destination);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _files.ForEach(f => f.Dispose());

    private void AddFile(string name)
    {
        var file = SafetensorsFile.Open(Path.Combine(Directory, name), _open);
        _files.Add(file);
        foreach (var (tensorName, tensor) in file.Tensors) _tensors.Add(tensorName, (file, tensor));
    }

    private void AddShards()
    {
        var path = Path.Combine(Directory, IndexName);
        var index = JsonFile.Read(path, IndexLimit);
        var map = index.Object("weight_map") ?? throw index.Error("key 'weight_map' is missing; download the file again");
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var (name, value) in map.All())
        {
            var shard = map.TextOf(value, "weight_map");
            if (!shards.TryGetValue(shard, out var file))
            {
                RequirePlainName(shard, path);
                if (!File.Exists(Path.Combine(Directory, shard)))
                    throw new ModelFormatException(path, $"names the shard '{shard}', which is not in the directory; download all shards");
                file = SafetensorsFile.Open(Path.Combine(Directory, shard), _open);
                _files.Add(file);
                shards.Add(shard, file);
            }
            if (!file.Tensors.TryGetValue(name, out var tensor))
                throw new ModelFormatException(path, $"says that tensor '{name}' is in '{shard}', which does not hold it; download both again");
            _tensors.Add(name, (file, tensor));
        }
    }

    // A hostile index must not make Mimir open files outside the model directory.
    private static void RequirePlainName(string shard, string path)
    {
        if (shard.Length is 0 or > 255 || shard is "." or ".." || shard.AsSpan().ContainsAny("/\\:\0") || !shard.EndsWith(".safetensors", StringComparison.Ordinal))
            throw new ModelFormatException(path, $"refused shard '{Printable.OneLine(shard, 80)}': a shard is a plain *.safetensors file name in the same directory");
    }

    private static string Missing(string directory) =>
        File.Exists(Path.Combine(directory, "pytorch_model.bin")) || File.Exists(Path.Combine(directory, "pytorch_model.bin.index.json"))
            ? $"has pytorch_model.bin but no {SingleName}; export the model with safe_serialization=True"
            : $"has neither {SingleName} nor {IndexName}; download the model's weights";
}
