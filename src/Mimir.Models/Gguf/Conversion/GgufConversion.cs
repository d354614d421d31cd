using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mimir.Models.Files;
using Mimir.Models.Gguf.Vocabularies;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>
/// A GGUF file as a Hugging Face directory: config.json, tokenizer.json, tokenizer_config.json, model.safetensors. Everything but the weights is checked when
/// it is created. What llama.cpp's converter changed is undone; quantised weights are written as the singles that they stand for.
/// </summary>
public sealed class GgufConversion
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly GgufModel _model;
    private readonly GgufVocabulary _vocabulary;
    private readonly GgufTensorWriter[] _writers;

    /// <summary>Plans the conversion of <paramref name="file"/>, which stays the caller's.</summary>
    /// <exception cref="ModelFormatException">An architecture, a tensor or a tokenizer that Mimir does not import, or a file that contradicts itself.</exception>
    public GgufConversion(GgufFile file)
    {
        _model = new GgufModel(file);
        var architecture = GgufArchitectures.Of(_model);
        Config = ConfigOf(architecture);
        _vocabulary = new GgufVocabulary(file.Metadata);
        AddTokenIds();
        var writers = new List<GgufTensorWriter>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in file.Tensors.Values)
        {
            if (architecture.NameOf(tensor.Name, _model) is not { } name) continue;
            if (!names.Add(name)) throw new ModelFormatException(file.Path, $"two tensors are '{name}' of the model");
            writers.Add(new GgufTensorWriter(file, tensor, name, architecture.ChangeOf(tensor.Name, _model)));
            writers[^1].Require();
        }
        _writers = [.. writers];
    }

    /// <summary>config.json.</summary>
    public JsonObject Config { get; }

    /// <summary>general.architecture.</summary>
    public string Architecture => _model.Architecture;

    /// <summary>Bytes of all weights as they will be written.</summary>
    public long WeightBytes => _writers.Sum(w => w.Output.Bytes);

    /// <summary>config.json as text.</summary>
    public byte[] ConfigBytes() => Encoding.UTF8.GetBytes(Config.ToJsonString(Indented));

    /// <summary>Writes tokenizer.json.</summary>
    /// <exception cref="ModelFormatException">A kind of tokenizer that cannot be written exactly.</exception>
    public void WriteTokenizer(Stream stream) => TokenizerJsonWriter.Write(stream, _vocabulary, Architecture);

    /// <summary>Writes tokenizer_config.json.</summary>
    public void WriteTokenizerConfig(Stream stream) => TokenizerJsonWriter.WriteConfig(stream, _vocabulary, Architecture);

    /// <summary>Writes model.safetensors in pieces of bounded size; <paramref name="done"/> hears how many bytes each had.</summary>
    /// <exception cref="ModelFormatException">The file cannot be read, or holds what is no number.</exception>
    public void WriteWeights(Stream stream, Action<long> done, CancellationToken cancellation)
    {
        SafetensorsOutput.WriteHeader(stream, _writers.Select(w => w.Output));
        foreach (var writer in _writers) writer.Write(stream, done, cancellation);
    }

    /// <summary>Writes all four files to <paramref name="directory"/>, config.json first, which is refused before anything large is written.</summary>
    /// <exception cref="ModelFormatException">Also when Mimir does not run such a model; says why.</exception>
    public void Write(string directory, Action<long> done, CancellationToken cancellation)
    {
        File.WriteAllBytes(Path.Combine(directory, "config.json"), ConfigBytes());
        ModelConfig.Read(Path.Combine(directory, "config.json"));
        using (var stream = File.Create(Path.Combine(directory, "tokenizer.json"))) WriteTokenizer(stream);
        using (var stream = File.Create(Path.Combine(directory, "tokenizer_config.json"))) WriteTokenizerConfig(stream);
        using (var stream = File.Create(Path.Combine(directory, "model.safetensors"))) WriteWeights(stream, done, cancellation);
    }

    private JsonObject ConfigOf(GgufArchitecture architecture)
    {
        try
        {
            return architecture.Config(_model);
        }
        catch (OverflowException e)
        {
            throw new ModelFormatException(_model.File.Path, "its hyperparameters are out of range; the file is damaged", e);
        }
    }

    private void AddTokenIds()
    {
        if (_vocabulary.BosId is { } bos) Config["bos_token_id"] = bos;
        int[] ends = [.. new[] { _vocabulary.EosId, _vocabulary.EotId }.OfType<int>().Distinct()];
        if (ends.Length == 1) Config["eos_token_id"] = ends[0];
        else if (ends.Length > 1) Config["eos_token_id"] = new JsonArray([.. ends.Select(id => (JsonNode)id)]);
    }
}
