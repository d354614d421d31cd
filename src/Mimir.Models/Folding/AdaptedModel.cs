using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>
/// A folded model with a LoRA adapter, (W + scale·B·A)·x for every adapted layer. The base's folding rules apply to the adapter's two
/// factors: norm gain and bias to A, scale, 1/sqrt(headSize) and centring to B. fan_in_fan_out says how PEFT stores the base, not A and B.
/// The adapter is read whole when it is opened.
/// </summary>
public sealed class AdaptedModel : IWeightSource
{
    private const string FileName = "adapter_model.safetensors";
    private readonly FoldedModel _model;
    private readonly AdapterConfig _adapter;
    private readonly IReadOnlyList<AdapterTarget> _targets;
    private readonly Dictionary<string, (double[] A, double[] B)> _factors = new(StringComparer.Ordinal);

    /// <summary>Opens the adapter and checks that it fits <paramref name="model"/>, which belongs to <paramref name="config"/> and stays its owner's.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, of another shape, or of no adapted layer; or the adapter is not supported.</exception>
    public AdaptedModel(ModelConfig config, FoldedModel model, AdapterConfig adapter)
    {
        (_model, _adapter) = (model, adapter);
        Layout = AdapterFolding.LayoutOf(config, model.Layout, adapter);
        _targets = AdapterTarget.Of(config, model.Layout, adapter);
        var path = Path.Combine(adapter.Directory, FileName);
        if (!File.Exists(path)) throw new ModelFormatException(adapter.Directory, $"has no {FileName}; save the adapter with safe_serialization=True");
        using var file = SafetensorsFile.Open(path);
        var unread = file.Tensors.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var target in _targets)
            foreach (var module in target.Modules)
                _factors.Add(module.Name, (
                    Read(file, module, "lora_A", adapter.Rank, target.Base.Columns, unread), Read(file, module, "lora_B", module.Rows, adapter.Rank, unread)));
        if (unread.Count > 0)
            throw new ModelFormatException(path, $"tensor '{Printable.OneLine(unread.Order(StringComparer.Ordinal).First(), 120)}' belongs to no layer that target_modules names");
    }

    /// <inheritdoc/>
    public ModelLayout Layout { get; }

    /// <inheritdoc/>
    public void Read(SecretMatrix matrix, Span<double> destination)
    {
        if (matrix.Id < _model.Layout.Matrices.Count)
        {
            _model.Read(_model.Layout.Matrices[matrix.Id], destination);
            return;
        }
        if (Layout.Matrices[matrix.Id] != matrix || destination.Length != matrix.Rows * matrix.Width)
            throw new ArgumentException($"{matrix.Name} of {matrix.Rows} x {matrix.Width} is not a matrix of this model, or the destination of {destination.Length} elements does not fit", nameof(matrix));
        var index = 0;
        while (Layout.Adapters[index].Down != matrix && Layout.Adapters[index].Up != matrix) index++;
        if (Layout.Adapters[index].Down == matrix) ReadDown(_targets[index], matrix, destination);
        else ReadUp(_targets[index], matrix, destination);
    }

    private void ReadDown(AdapterTarget target, SecretMatrix down, Span<double> destination)
    {
        var row = 0;
        foreach (var module in target.Modules)
            for (var i = 0; i < _adapter.Rank; i++, row++)
            {
                var line = destination.Slice(row * down.Width, down.Width);
                line.Clear();
                _factors[module.Name].A.AsSpan(i * down.Columns, down.Columns).CopyTo(line);
            }
        RecipeReader.FoldNorm(_model.RecipeOf(target.Base), down, _model.Files, destination);
    }

    private void ReadUp(AdapterTarget target, SecretMatrix up, Span<double> destination)
    {
        destination.Clear();
        for (var m = 0; m < target.Modules.Count; m++)
        {
            var (name, first, rows) = target.Modules[m];
            for (var row = 0; row < rows; row++)
            {
                var line = destination.Slice((first + row) * up.Width + m * _adapter.Rank, _adapter.Rank);
                _factors[name].B.AsSpan(row * _adapter.Rank, _adapter.Rank).CopyTo(line);
                foreach (ref var weight in line) weight *= _adapter.Scale;
            }
        }
        RecipeReader.FoldOutputs(_model.RecipeOf(target.Base), up.Width, destination);
    }

    /// <summary>PEFT's names: "base_model.model.", the module's path in the base model, "lora_A.weight" or "lora_B.weight".</summary>
    private double[] Read(SafetensorsFile file, AdapterModule module, string factor, int rows, int columns, HashSet<string> unread)
    {
        var names = ((ReadOnlySpan<string>)["model.", "transformer.", ""]).ToArray().Select(prefix => $"base_model.model.{prefix}{module.Name}.{factor}.weight").ToArray();
        var name = names.FirstOrDefault(unread.Contains)
            ?? throw new ModelFormatException(file.Path, $"tensor '{names[0]}' is missing; the file does not belong to {_adapter.Source} and this base model");
        unread.Remove(name);
        var tensor = file.Tensors[name];
        if (tensor.Shape.Count != 2 || tensor.Shape[0] != rows || tensor.Shape[1] != columns)
            throw new ModelFormatException(file.Path, $"tensor '{name}' has shape {tensor.ShapeText} where base model and rank ask for [{rows}, {columns}]");
        var values = new double[rows * columns];
        file.Read(tensor, 0, values);
        return values;
    }
}
