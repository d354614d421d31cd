using System.Security.Cryptography;
using Mimir.Models.Files;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;

namespace Mimir.Services.ModelOwners;

/// <summary>What the model owner's process holds: a model from its directory, or random weights of a well-known shape.</summary>
internal sealed class OwnedModel : IDisposable
{
    private readonly ModelDirectory? _directory;

    private OwnedModel(string name, IWeightSource weights, ModelDirectory? directory) => (Name, Weights, _directory) = (name, weights, directory);

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>The folded weights.</summary>
    public IWeightSource Weights { get; }

    /// <summary>Opens what <see cref="ModelShareSettings.Model"/> names.</summary>
    public static OwnedModel Open(string model)
    {
        if (model.StartsWith(ModelShareSettings.ShapePrefix, StringComparison.Ordinal))
        {
            var name = model[ModelShareSettings.ShapePrefix.Length..];
            var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            return new OwnedModel(name, new RandomModel(ModelShapes.Find(name), seed), null);
        }
        var directory = ModelDirectory.Open(model);
        return new OwnedModel(directory.Name, directory.Weights, directory);
    }

    /// <inheritdoc/>
    public void Dispose() => _directory?.Dispose();
}
